import type { EngineTrapError } from './errors';

/** What goes on with the cache in another engine, such as a live connection. */
export interface Companion {
  /** Lets go of the ids of an engine, without a word to it. */
  leaveEngine?(): void;
  /** Tells a fresh engine of everything; runs no function of the user. */
  replay?(): void;
  /** Goes on. */
  resume(): void;
  /** There is no other engine. */
  stop(error: EngineTrapError): void;
  /** Its user has signed out. */
  signOut?(): void;
  /** Of a live connection: where it is, `undefined` as long as it doesn't know. */
  position?(): string | undefined;
  /** Of a live connection: whether it has applied everything up to this position. */
  hasApplied?(position: string): boolean;
}
