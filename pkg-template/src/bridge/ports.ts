/** What the engine can ask of a query. */
export interface QueryPort {
  announce(effect: number, action: unknown): void;
  begin(): void;
  /** A generation is told by its low 16 bits. */
  run(generation: number): void;
  rejectLast(generation: number): void;
  continueLater(): void;
  wakeLater(generation: number): void;
  collect(): void;
  detach(): void;
  reset(): void;
  freeze(effect: number): void;
  evict(effect: number): void;
  /** The engine has no bodies of it any more. */
  dropBodies(): void;
}

/** What the engine can ask of an observer. */
export interface ObserverPort {
  /** Its id in the engine, or `NONE`. */
  readonly slot: number;
  onQueryUpdate(): void;
  wake(): void;
  poll(): void;
  turnStale(): void;
  answer(topic: number): number;
}

/** What the engine can ask of a mutation. */
export interface MutationPort {
  collect(): void;
}

/** What the engine can ask of a mutation's run. */
export interface RunPort {
  wake(): void;
}

/** What the engine can ask of a schedule. */
export interface SchedulePort {
  run(): void;
}
