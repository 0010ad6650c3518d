import { dehydrate, QueryClient, VueQueryPlugin } from 'ferroquery/vue';
import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import App from './App.vue';

export async function render(origin: string) {
  const queryClient = new QueryClient();
  const app = createSSRApp(App, { origin }).use(VueQueryPlugin, { queryClient });
  const html = await renderToString(app);
  return { html, state: dehydrate(queryClient) };
}
