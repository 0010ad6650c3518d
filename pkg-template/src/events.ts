import { engineJson } from './bridge/engineJson';
import type { Host } from './bridge/host';
import { reading } from './bridge/reading';
import { isDevelopment } from './development';
import { noop } from './markers';
import { notifyManager } from './notifyManager';
import { isPlainObject } from './plain';
import type { Query } from './query';
import { show } from './show';
import { SEPARATOR } from './tags';

export type Rule = string | { tag: string } | { event: string; args?: Record<string, string> };
export type Rules = Record<string, readonly Rule[]>;

/** Domain events: hands them to the engine's rules, and fetches what a sweep then chooses. */
export class Events {
  readonly #host: Host<Query, any>;
  /** Fetches of the sweep that runs. */
  #fetches: Promise<unknown>[] = [];
  /** Settled when what was emitted since the last sweep has been fetched. */
  #sweep: { promise: Promise<void>; resolve: (fetches: Promise<unknown>) => void } | undefined;
  #rules: [string, readonly Rule[]][] = [];
  #known: ReadonlySet<string> = new Set();
  readonly #told = new Set<string>();

  constructor(host: Host<Query, any>) {
    this.#host = host;
    host.onSweep = (query) => {
      this.#fetches.push(query.fetch(undefined, { cancelRefetch: false }).catch(noop));
    };
    host.onSwept = () => {
      const fetches = this.#fetches;
      this.#fetches = [];
      this.#sweep?.resolve(Promise.all(fetches));
      this.#sweep = undefined;
    };
  }

  /** Replaces the rules. Throws a TypeError that names the rule, what is wrong with it and how to mend it. */
  setRules(rules: Rules): void {
    const list = checkRules(rules);
    try {
      this.#host.engine.set_rules(engineJson(list));
    } catch (error) {
      throw typeof error === 'string' ? new TypeError(error) : error;
    }
    this.#rules = list;
    this.#known = new Set(Object.keys(rules));
  }

  /** Tells a fresh engine of the rules. */
  replay(): void {
    if (this.#rules.length > 0) {
      this.#host.engine.set_rules(engineJson(this.#rules));
    }
  }

  /** A sweep that was lost with its engine: what it would have fetched and is watched has been fetched instead. */
  resume(): void {
    this.#host.onSwept();
  }

  emit(event: string, args: Record<string, string | number | boolean> = {}): Promise<void> {
    const { engine } = this.#host;
    if (typeof event !== 'string') {
      throw new TypeError(`The event's name is ${show(event)}: give a string, emit('agent.changed', { agent_id }).`);
    }
    let joined = '';
    for (const field in args) {
      joined += (joined ? SEPARATOR : '') + field + SEPARATOR + checkValue(event, field, args[field]);
    }
    let pending: boolean;
    try {
      pending = engine.emit(event, joined, Date.now(), reading());
    } catch (error) {
      throw typeof error === 'string' ? new TypeError(error) : error;
    }
    if (isDevelopment && !this.#known.has(event)) {
      this.#tellUnknown(event);
    }
    notifyManager.batch(() => this.#host.drain(pending));
    if (!engine.sweeps()) {
      return Promise.resolve();
    }
    this.#sweep ??= makeSweep();
    return this.#sweep.promise;
  }

  #tellUnknown(event: string): void {
    // Once for each name, and not for ever more of them.
    if (!this.#told.has(event) && this.#told.size < 100) {
      this.#told.add(event);
      console.warn(
        `The event ${JSON.stringify(event)} has no rule and invalidates nothing: add it to the client's rules.`,
      );
    }
  }
}

function makeSweep(): { promise: Promise<void>; resolve: (fetches: Promise<unknown>) => void } {
  let resolve!: (fetches: Promise<unknown>) => void;
  const promise = new Promise<unknown>((settle) => {
    resolve = settle;
  }).then(noop);
  return { promise, resolve };
}

/** The rules as the engine takes them. What JavaScript allows and the engine's types don't is refused here, by name. */
function checkRules(rules: Rules): [string, readonly Rule[]][] {
  if (typeof rules !== 'object' || rules === null || Array.isArray(rules)) {
    throw new TypeError(`The rules are ${show(rules)}: give an object, { 'agent.changed': ['agent:{agent_id}:*'] }.`);
  }
  return Object.entries(rules).map(([event, targets]) => {
    if (!Array.isArray(targets)) {
      throw new TypeError(
        `The rule of ${JSON.stringify(event)} is ${show(targets)}: give a list, ['agent:{agent_id}:*'].`,
      );
    }
    const wrong = targets.findIndex((target) => !isRule(target));
    if (wrong >= 0) {
      throw new TypeError(
        `The rule of ${JSON.stringify(event)} has the target ${show(targets[wrong])}: give a glob as a string, { tag } or { event, args } with strings.`,
      );
    }
    return [event, targets.map(plainRule)];
  });
}

/** A target without what the engine has no use for, which may be no JSON. */
function plainRule(target: Rule): Rule {
  if (typeof target === 'string') {
    return target;
  }
  const { tag, event, args } = target as { tag?: string; event?: string; args?: Record<string, string> };
  return tag === undefined ? ({ event, args } as Rule) : { tag };
}

function isRule(target: unknown): target is Rule {
  if (typeof target !== 'object' || target === null) {
    return typeof target === 'string';
  }
  const { tag, event, args } = target as Record<string, unknown>;
  if (typeof tag === 'string') {
    return event === undefined;
  }
  const areTexts =
    args === undefined || (isPlainObject(args) && Object.values(args).every((text) => typeof text === 'string'));
  return typeof event === 'string' && areTexts;
}

function checkValue(event: string, field: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') {
    const text = String(value);
    if (!text.includes(SEPARATOR)) {
      return text;
    }
  }
  throw new TypeError(
    `The field ${JSON.stringify(field)} of the event ${JSON.stringify(event)} is ${show(value)}: give a string without control characters, a number or a boolean.`,
  );
}
