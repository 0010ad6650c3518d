import { QueryClient } from 'ferroquery/react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { stateOfPage } from '../api';
import { App } from './App';

const root = document.getElementById('app')!;
const state = stateOfPage();
const app = <App client={new QueryClient()} origin={location.origin} state={state} />;
if (state) {
  hydrateRoot(root, app, { onRecoverableError: (error) => console.error(error) });
} else {
  createRoot(root).render(app);
}
