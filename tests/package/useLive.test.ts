// @vitest-environment jsdom
import { type LiveConnection, QueryClient } from 'ferroquery';
import { useLive } from 'ferroquery/live-react';
import { act, createElement, Profiler } from 'react';
import { createRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import { HELLO, Peer, sync } from './peer.js';

const PATIENCE = { timeout: 10_000, interval: 10 };

function State({ connection }: { connection: LiveConnection }) {
  const { state, lag } = useLive(connection);
  return createElement('p', null, `${state}, behind by ${lag}`);
}

it('useLive renders the status, once for each change', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const peer = await Peer.start((request) => request.stream(HELLO + sync('e1.1')));
  const connection = new QueryClient().connect({ url: peer.url });
  expect(renderToString(createElement(State, { connection }))).toBe('<p>connecting, behind by null</p>');
  let renders = 0;
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  const counted = createElement(
    Profiler,
    { id: 'state', onRender: () => void renders++ },
    createElement(State, { connection }),
  );
  await act(async () => root.render(counted));
  const shows = (text: string) => expect.poll(() => act(async () => document.body.textContent), PATIENCE).toBe(text);
  await shows('live, behind by 0');
  const before = renders;
  // A heartbeat moves the cursor, and is nothing to render.
  peer.requests[0]!.response.write('event: hb\nid: e1.2\ndata: {}\n\n');
  await expect.poll(() => connection.status.cursor, PATIENCE).toBe('e1.2');
  await act(async () => {});
  expect(renders).toBe(before);
  act(() => connection.close());
  await shows('stopped, behind by 0');
  expect(renders).toBe(before + 1);
  await act(async () => root.unmount());
  await peer.stop();
});
