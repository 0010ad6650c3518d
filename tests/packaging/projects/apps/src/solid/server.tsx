import { QueryClient } from 'ferroquery/solid';
import { generateHydrationScript, renderToStringAsync } from 'solid-js/web';
import { App } from './App';

/** Solid hydrates by itself: the state travels in its own script. */
export async function render(origin: string) {
  const client = new QueryClient();
  const html = await renderToStringAsync(() => <App client={client} origin={origin} />);
  return { html, head: generateHydrationScript(), state: {} };
}
