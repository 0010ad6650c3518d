import { QueryClient } from 'ferroquery/solid';
import { hydrate, render } from 'solid-js/web';
import { stateOfPage } from '../api';
import { App } from './App';

const start = stateOfPage() ? hydrate : render;
const client = new QueryClient();
start(() => <App client={client} origin={location.origin} />, document.getElementById('app')!);
