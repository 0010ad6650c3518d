import { dehydrate, QueryClient } from 'ferroquery/react';
import { renderToString } from 'react-dom/server';
import { read } from '../api';
import { App } from './App';

export async function render(origin: string) {
  const client = new QueryClient();
  await client.prefetchQuery({ queryKey: ['count'], queryFn: () => read(origin) });
  const state = dehydrate(client);
  return { html: renderToString(<App client={new QueryClient()} origin={origin} state={state} />), state };
}
