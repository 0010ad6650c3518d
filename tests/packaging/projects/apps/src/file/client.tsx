// The engine as a file of its own, under the adapter that comes along.
import engineUrl from 'ferroquery/engine.wasm?url';
import { QueryClient } from 'ferroquery/react';
import { init } from 'ferroquery/slim';
import { createRoot } from 'react-dom/client';
import { App } from '../react/App';

await init(engineUrl);
createRoot(document.getElementById('app')!).render(
  <App client={new QueryClient()} origin={location.origin} state={null} />,
);
