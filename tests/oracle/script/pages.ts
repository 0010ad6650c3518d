import { Marker } from './markers.js';

/** How a page's neighbour is found; `ends on odd steps` lets the pages end in between. */
export type Neighbours = 'up to 3' | 'ends with null' | 'from data' | 'never' | 'down to -2' | 'ends on odd steps';
/** What a persister does with the query function it is given. */
export type Persists = 'through' | 'late' | 'twice' | 'answer' | 'raise' | 'reject' | 'undefined' | 'never' | 'read';
export type PageUpdates = 'drop first' | 'drop last' | 'empty' | 'copy' | 'none' | 'add';

/** What a stream gives. */
export interface StreamPlan {
  chunks: number;
  /** ms before each chunk. */
  gap: number;
  /** Before which chunk it fails, in its first `fails` calls. */
  failAt?: number;
  fails?: number;
  /** Whether it reads its signal. */
  read?: boolean;
  refetchMode?: 'append' | 'reset' | 'replace';
  /** With a reducer that adds up, from here. */
  initialValue?: number;
}

/** `getNextPageParam` or `getPreviousPageParam`. */
export const neighbour = (name: Neighbours) => new Marker('neighbour', [name] as const);
export const persist = (name: Persists) => new Marker('persist', [name] as const);
/** An updater of a query of pages. */
export const pageUpdate = (name: PageUpdates) => new Marker('pageUpdate', [name] as const);
/** A query function that streams. */
export const streamer = (plan: StreamPlan) => new Marker('streamer', [plan] as const);
