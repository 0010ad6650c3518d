import { QueryClient } from 'ferroquery/svelte';
import { hydrate, mount } from 'svelte';
import { stateOfPage } from '../api';
import App from './App.svelte';

const state = stateOfPage();
const props = { client: new QueryClient(), origin: location.origin, state };
(state ? hydrate : mount)(App, { target: document.getElementById('app')!, props });
