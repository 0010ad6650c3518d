import { dehydrate, QueryClient } from 'ferroquery/svelte';
import { render as renderSvelte } from 'svelte/server';
import { read } from '../api';
import App from './App.svelte';

export async function render(origin: string) {
  const client = new QueryClient();
  await client.prefetchQuery({ queryKey: ['count'], queryFn: () => read(origin) });
  const state = dehydrate(client);
  const { body, head } = await renderSvelte(App, { props: { client: new QueryClient(), origin, state } });
  return { html: body, head, state };
}
