import * as subject from 'bench-subject';
import type { Case, Fixture, Row } from '../case';
import { keep, newClient } from '../client';
import { now } from '../clock';

type Body = (change: Change) => unknown;
type Decode = (context: unknown, body: Uint8Array) => Promise<unknown>;
/** What of a row is different from the one before, in the `k`th body. */
type Change = { kind: 'none' | 'one' | 'insert' | 'tenth' | 'all'; k: number };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const { decodeJson } = subject as unknown as { decodeJson: Decode };

const isChanged = ({ kind }: Change, at: number, count: number) =>
  kind === 'all' || (kind === 'tenth' && at % 10 === 3) || (kind === 'one' && at === count >> 1);

const row = (id: number, tokens: number) => ({
  id,
  name: `Agent number ${id}`,
  status: id % 3 ? 'running' : 'idle',
  workspace: `ws${id % 17}`,
  tokens,
  cost: Math.round(id * 1234.5) / 100,
  updatedAt: '2026-01-01T00:00:00.000Z',
  tags: ['alpha', 'beta'],
  owner: { id: id % 50, name: `User ${id % 50}`, mail: `u${id % 50}@example.com` },
  ok: true,
});

const rows = (count: number, change: Change) => {
  const made = Array.from({ length: count }, (_, id) => row(id, isChanged(change, id, count) ? change.k : id * 17.25));
  return change.kind === 'insert' && change.k % 2 ? [row(1e6 + change.k, 1), ...made] : made;
};

const PANELS = 12;

/** Rows in a list; members of a wide object; points of some panels. */
const bodies: Record<'rows' | 'wide' | 'series', (count: number) => Body> = {
  rows: (count) => (change) => ({ data: rows(count, change), page: 1, total: count }),
  wide: (count) => (change) => Object.fromEntries(rows(count, change).map((each) => [`agent-${each.id}`, each])),
  series: (count) => (change) => {
    const length = Math.ceil((count * 4) / PANELS);
    const point = (panel: number, at: number) => ({
      t: 1_700_000_000 + at * 60,
      v: [at * 0.5, isChanged(change, at, length) && (change.kind !== 'one' || panel === 5) ? change.k : at % 7],
      l: { min: at % 5, max: at % 9 },
    });
    return {
      panels: Array.from({ length: PANELS }, (_, id) => {
        const series = Array.from({ length }, (_, at) => point(id, at));
        const more = change.kind === 'insert' && change.k % 2 && id === 3 ? [point(id, -change.k)] : [];
        return { id, title: `Panel ${id}`, series: [...more, ...series] };
      }),
    };
  },
};

const SIZES = { '30k': 107, '300k': 1_060, '1m4': 5_000, '6m': 21_000 };
type Size = keyof typeof SIZES;

const WHAT = {
  none: 'of which nothing changed',
  one: 'of which one row changed',
  insert: 'with a row inserted on top, or that one gone again',
  tenth: 'of which 10 % of the rows changed',
  all: 'of which every row changed',
} as const;
const IDS = { none: 'unchanged', one: 'one', insert: 'insert', tenth: 'tenth', all: 'all' } as const;

/** Bytes to the value that the cache holds: with us by `decodeJson`, there as a query function and the cache do it. */
const decodeBeside: Decode = async (context, body) => {
  const { client, queryKey } = context as { client: subject.QueryClient; queryKey: subject.QueryKey };
  return subject.replaceEqualDeep(client.getQueryData(queryKey), JSON.parse(decoder.decode(body)));
};
const decode = BENCH_SIDE === 'ours' ? decodeJson : decodeBeside;

const repeats = (size: Size) => ({ '30k': 32, '300k': 8, '1m4': 4, '6m': 2 })[size];

function again(shape: keyof typeof bodies, size: Size, kind: Change['kind']): Case {
  const id = `decode_${shape === 'rows' ? '' : `${shape}_`}${IDS[kind]}_${size}`;
  const ops = repeats(size);
  return {
    kind: 'paired',
    rows: [{ id, what: `a JSON body (${shape}, ${size.replace('m4', '.4m')}B) ${WHAT[kind]}`, unit: 'us', ops }],
    async setup(): Promise<Fixture> {
      const body = bodies[shape](SIZES[size]);
      const texts = [0, 1, 2, 3].map((k) => encoder.encode(JSON.stringify(body({ kind, k }))));
      const client = newClient();
      let ms = 0;
      let at = 0;
      const queryFn = async (context: unknown) => {
        const text = texts[at++ % texts.length]!;
        const start = now();
        const value = await decode(context, text);
        ms += now() - start;
        return value;
      };
      const fetch = () => client.fetchQuery({ queryKey: ['body'], queryFn, staleTime: 0, retry: false });
      // The first difference makes us look where the parts are.
      await fetch();
      await fetch();
      return {
        async batch() {
          ms = 0;
          for (let i = 0; i < ops; i++) {
            await fetch();
          }
          return { [id]: ms };
        },
      };
    },
  };
}

function first(size: Size): Case {
  const id = `decode_first_${size}`;
  const ops = repeats(size);
  const row: Row = { id, what: `a first JSON body (rows, ${size.replace('m4', '.4m')}B)`, unit: 'us', ops };
  return {
    kind: 'paired',
    rows: [row],
    setup() {
      const text = encoder.encode(JSON.stringify(bodies.rows(SIZES[size])({ kind: 'none', k: 0 })));
      return {
        async batch() {
          const client = newClient();
          let ms = 0;
          for (let i = 0; i < ops; i++) {
            await client.fetchQuery({
              queryKey: ['body', i],
              queryFn: async (context: unknown) => {
                const start = now();
                const value = await decode(context, text);
                ms += now() - start;
                return value;
              },
            });
          }
          keep(client.getQueryCache().getAll().length);
          client.clear();
          return { [id]: ms };
        },
      };
    },
  };
}

const sizes = Object.keys(SIZES) as Size[];
const kinds = Object.keys(WHAT) as Change['kind'][];

export const decoding: Case[] = [
  ...sizes.map(first),
  ...kinds.flatMap((kind) => sizes.map((size) => again('rows', size, kind))),
  ...(['wide', 'series'] as const).flatMap((shape) => kinds.map((kind) => again(shape, '1m4', kind))),
];
