import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { notifyManager, type QueryClient } from 'bench-subject';
import { memo, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import { STALE_TIME } from './client';
import { turn } from './clock';
import { type DashboardKey, type Figures, figures } from './keys';

// Notifications come in the next microtask: both sides would otherwise wait for the same host timer.
notifyManager.setScheduler(queueMicrotask);

const queryFn = async () => figures(0);
let rendered = 0;

const Card = memo(({ queryKey }: { queryKey: DashboardKey }) => {
  const { data } = useQuery({ queryKey, queryFn, staleTime: STALE_TIME });
  if (data) rendered++;
  return <i>{(data as Figures | undefined)?.total}</i>;
});

const Section = memo(({ keys }: { keys: DashboardKey[] }) =>
  keys.map((queryKey) => <Card key={`${queryKey[2]} ${queryKey[3]}`} queryKey={queryKey} />),
);

/**
 * Cards in sections of a hundred, as pages have them: under one parent React walks over all 10,000 siblings to render one
 * of them, which takes a hundred times what either cache takes.
 */
function Page({ keys }: { keys: DashboardKey[] }) {
  // Nothing above the cards renders again.
  const [sections] = useState(() =>
    Array.from({ length: Math.ceil(keys.length / 100) }, (_, i) => keys.slice(i * 100, i * 100 + 100)),
  );
  return sections.map((section) => <Section key={`${section[0]?.[2]} ${section[0]?.[3]}`} keys={section} />);
}

/** A page of one component for each key. */
export class ReactPage {
  readonly #root: Root;
  // Not in the document: laying out ten thousand texts would be all that is measured of one update.
  readonly #element = document.createElement('div');

  constructor(
    private readonly client: QueryClient,
    private readonly keys: DashboardKey[],
  ) {
    this.#root = createRoot(this.#element);
  }

  /** Shows the page, until each component has rendered its data. */
  async mount(): Promise<void> {
    rendered = 0;
    flushSync(() =>
      this.#root.render(
        <QueryClientProvider client={this.client as never}>
          <Page keys={this.keys} />
        </QueryClientProvider>,
      ),
    );
    await this.#until(this.keys.length);
  }

  /** New data for some of the queries, until their components have rendered it. */
  async update(keys: readonly DashboardKey[], total: number): Promise<void> {
    rendered = 0;
    notifyManager.batch(() => {
      for (const key of keys) this.client.setQueryData(key, figures(0, total));
    });
    await this.#until(keys.length);
  }

  unmount(): void {
    flushSync(() => this.#root.unmount());
  }

  async #until(count: number): Promise<void> {
    for (let i = 0; rendered < count; i++) {
      if (i > 1000) throw new Error(`${rendered} of ${count} components have rendered`);
      await turn();
    }
    if (rendered > count) throw new Error(`${rendered} renders, ${count} expected`);
  }
}
