/** @jsxImportSource preact */
import { QueryClient } from 'ferroquery/preact';
import { hydrate, render } from 'preact';
import { stateOfPage } from '../api';
import { App } from './App';

const root = document.getElementById('app')!;
const state = stateOfPage();
const app = <App client={new QueryClient()} origin={location.origin} state={state} />;
if (state) {
  hydrate(app, root);
} else {
  render(app, root);
}
