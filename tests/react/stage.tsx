import { act, type ReactNode, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { vi } from 'vitest';
import type { Adapter } from './adapter.js';

/** What a component reports of each of its renders. */
export type Rendered = (name: string) => void;

/** What a scene may use: an adapter, its client, a fetcher that answers after a while, and the count of renders. */
export interface Stage {
  adapter: Adapter;
  client: InstanceType<Adapter['QueryClient']>;
  rendered: Rendered;
  /** Answers `value(call)` after `ms`; what it throws is the failure. */
  fetcher: (ms: number, value: (call: number) => unknown) => () => Promise<unknown>;
  /** Shows the tree, or another one in its place. */
  show: (tree: ReactNode) => Promise<void>;
  /** Runs something as an event handler would, then lets React settle. */
  act: (run: () => unknown) => Promise<void>;
  /** Clicks the first element that matches. */
  click: (selector: string) => void;
  /** Lets `ms` pass. */
  wait: (ms: number) => Promise<void>;
}

/** Plays a scene on one adapter; after every act, the page and the renders so far. */
export async function play(
  adapter: Adapter,
  scene: (stage: Stage) => Promise<void>,
  strict: boolean,
): Promise<string[]> {
  vi.useFakeTimers({ now: Date.UTC(2025, 0, 1) });
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const page = document.body.appendChild(document.createElement('div'));
  const root: Root = createRoot(page);
  const client = new adapter.QueryClient();
  const frames: string[] = [];
  const renders = new Map<string, number>();

  const frame = (what: string) => {
    const counts = [...renders].map(([name, count]) => `${name} ${count}`).join(', ');
    frames.push(
      `${what}: ${page.innerHTML} | renders: ${counts} | complaints: ${complaints.mock.calls.length}, warnings: ${warnings.mock.calls.length}`,
    );
  };
  const settle = async (what: string, run: () => unknown) => {
    await act(async () => {
      await run();
      await vi.advanceTimersByTimeAsync(0);
    });
    frame(what);
  };
  const stage: Stage = {
    adapter,
    client,
    rendered: (name) => renders.set(name, (renders.get(name) ?? 0) + 1),
    fetcher: (ms, value) => {
      let call = 0;
      return async () => {
        const mine = call++;
        await new Promise((resolve) => setTimeout(resolve, ms));
        return value(mine);
      };
    },
    show: (tree) => {
      const provided = <adapter.QueryClientProvider client={client}>{tree}</adapter.QueryClientProvider>;
      return settle('show', () => root.render(strict ? <StrictMode>{provided}</StrictMode> : provided));
    },
    act: (run) => settle('act', run),
    click: (selector) => {
      const found = page.querySelector<HTMLElement>(selector);
      if (!found) throw new Error(`no "${selector}" on the page: ${page.innerHTML}`);
      found.click();
    },
    wait: (ms) => settle(`wait ${ms}`, () => vi.advanceTimersByTimeAsync(ms)),
  };

  try {
    await scene(stage);
    await settle('leave', () => root.unmount());
  } finally {
    client.clear();
    page.remove();
    complaints.mockRestore();
    warnings.mockRestore();
    vi.useRealTimers();
  }
  return frames;
}
