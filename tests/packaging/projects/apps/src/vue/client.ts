import { hydrate, QueryClient, VueQueryPlugin } from 'ferroquery/vue';
import { createApp, createSSRApp } from 'vue';
import { stateOfPage } from '../api';
import App from './App.vue';

const state = stateOfPage();
const queryClient = new QueryClient();
if (state) {
  hydrate(queryClient, state);
}
const app = (state ? createSSRApp : createApp)(App, { origin: location.origin });
app.use(VueQueryPlugin, { queryClient }).mount('#app');
