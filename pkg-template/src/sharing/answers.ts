import type { ShareClient } from '#glue';
import type { Host } from '../bridge/host';
import { outliveTrap } from '../bridge/instance';
import { staleTimeNumber } from '../bridge/observerOptions';
import { reading } from '../bridge/reading';
import type { Companion } from '../companion';
import type { FetchedQuery, SharedFetch, Sharing } from '../fetchedQuery';
import { type KeptAnswer, readKeptAnswer } from '../http/keptAnswer';
import { listenToPage, type PageEvent } from '../live/page';
import { timeoutManager } from '../timeoutManager';
import { canShare, TabChannel } from './channel';
import { hashIn, nameOf } from './name';
import type { ShareSettings } from './options';
import { isShareable } from './shareable';

const finalizer = new FinalizationRegistry<AbortController>((listening) => listening.abort());

/** A fetch that may come to another tab's answer. */
class OwnFetch implements SharedFetch {
  /** When another tab's answer came, where it is one (ms). */
  updatedAt: number | undefined;
  /** What HTTP said of it there. */
  kept: KeptAnswer | undefined;
  readonly answer: Promise<unknown>;
  readonly #answers: SharedAnswers;
  readonly #ticket: number;

  constructor(answers: SharedAnswers, ticket: number, answer: Promise<unknown>) {
    this.#answers = answers;
    this.#ticket = ticket;
    this.answer = answer;
  }

  /** It has ended: with an answer that is stored, or without. */
  settle(hasAnswer: boolean): void {
    outliveTrap(() => this.#answers.settle(this.#ticket, hasAnswer));
  }
}

type KeptQuery = FetchedQuery & { readonly keptAnswer: KeptAnswer | undefined };

/** What is shared: a cache, and how far it knows what a server has told. */
export interface SharingCache {
  readonly host: Host<any, any>;
  readonly companions: Set<Companion>;
  /** Whether a live connection doesn't know yet where it is. */
  readonly isLiveComing: boolean;
  /** Where all live connections are: empty without any, `undefined` where one of them doesn't know, or has ended. */
  livePositions(): string | undefined;
  /** Whether everything up to these positions was applied here. */
  hasApplied(positions: string): boolean;
  get(queryHash: string): KeptQuery | undefined;
  /** Ends the sharing. */
  share(settings: undefined): void;
}

interface Pending {
  query: FetchedQuery;
  generation: number;
  insists: boolean;
  call: () => unknown;
  resolve: (answer: unknown) => void;
  fetch: OwnFetch;
}

/** Shares answers with other tabs: carries words and values. Whom to ask, what to take and what to give is the engine's. */
export class SharedAnswers implements Companion, Sharing {
  readonly #cache: SharingCache;
  readonly #settings: ShareSettings;
  readonly #listening = new AbortController();
  readonly #pending = new Map<number, Pending>();
  #share!: ShareClient;
  #channel: TabChannel | undefined;
  #tickets = 0;
  #timer: ReturnType<typeof timeoutManager.setTimeout> | undefined;
  /** What came with the message in work. */
  #value: unknown;
  #isOver = false;

  constructor(cache: SharingCache, settings: ShareSettings) {
    this.#cache = cache;
    this.#settings = settings;
    this.replay();
    const self = new WeakRef(this);
    listenToPage(this.#listening.signal, (event) => self.deref()?.tell(event));
    finalizer.register(this, this.#listening, this);
    cache.companions.add(this);
    this.resume();
  }

  /** Whether answers of a query are shared. */
  shares(query: FetchedQuery): boolean {
    const { shareAnswers, skipCache, sensitive } = query.options as Record<string, unknown>;
    // A key of which JSON makes nothing has no hash, by which other tabs could know it.
    const isNamed = typeof query.queryHash === 'string';
    return !this.#isOver && isNamed && shareAnswers !== false && !skipCache && !sensitive;
  }

  /** `call` calls the query function; `insists`: only an answer that is made from now on will do. */
  fetch(
    { query, generation }: { query: FetchedQuery; generation: number },
    insists: boolean,
    call: () => unknown,
  ): SharedFetch {
    const ticket = ++this.#tickets;
    let resolve!: (answer: unknown) => void;
    const answer = new Promise((done) => {
      resolve = done;
    });
    const fetch = new OwnFetch(this, ticket, answer);
    this.#pending.set(ticket, { query, generation, insists, call, resolve, fetch });
    this.#want(ticket);
    this.#drain();
    return fetch;
  }

  settle(ticket: number, hasAnswer: boolean): void {
    if (this.#pending.delete(ticket) && !this.#isOver) {
      this.#share.settle(ticket, hasAnswer);
      this.#drain();
    }
  }

  /** The live connection may know more of where it is. */
  look(): void {
    if (!this.#isOver) {
      this.#do((share) => share.handle_position(reading()));
    }
  }

  /** Leaves the other tabs for good: what waits for them fetches for itself. */
  end(): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.#listening.abort();
    finalizer.unregister(this);
    this.#cache.companions.delete(this);
    outliveTrap(() => {
      this.#share.close();
      this.#drain();
    });
    this.#channel?.close();
    timeoutManager.clearTimeout(this.#timer);
  }

  /** What waits here is about to be dropped; nothing is fetched for it any more. */
  signOut(): void {
    this.#pending.clear();
    this.#cache.share(undefined);
  }

  /** For `stats`. */
  counts(): ArrayLike<number> {
    return this.#share.counts();
  }

  tell(event: PageEvent): void {
    if (event === 'pagehide' || event === 'freeze') {
      // An open channel or a lock would keep the page out of the browser's cache of pages, and a frozen one answers nobody.
      this.#do((share) => share.close());
    } else if (event === 'pageshow' || event === 'resume') {
      this.#do((share) => share.open(reading()));
    }
  }

  // For the channel

  hear(text: string, value: unknown, hasValue: boolean): void {
    this.#value = value;
    this.#do((share) => share.handle_message(text, hasValue, reading()));
    this.#value = undefined;
  }

  meet(names: readonly string[]): void {
    this.#do((share) => share.handle_peers(names.join('\u001f'), reading()));
  }

  mourn(name: string): void {
    this.#do((share) => share.handle_death(name, reading()));
  }

  // After a trap

  leaveEngine(): void {
    this.#channel?.close();
    timeoutManager.clearTimeout(this.#timer);
    this.#pending.clear();
  }

  replay(): void {
    this.#share = this.#cache.host.openShare();
  }

  resume(): void {
    if (!canShare()) {
      return;
    }
    const { channel, scope } = this.#settings;
    const self = new WeakRef(this);
    const name = this.#share.name();
    this.#channel = carry(this.#cache.host.channelName(channel, scope), name, self, this.#listening.signal);
    this.#do((share) => share.open(reading()));
  }

  stop(): void {
    this.#isOver = true;
    this.#channel?.close();
    timeoutManager.clearTimeout(this.#timer);
  }

  #do(act: (share: ShareClient) => void): void {
    outliveTrap(() => {
      act(this.#share);
      this.#drain();
    });
  }

  #drain(): void {
    const share = this.#share;
    // After a trap what is left to do belongs to an engine that is gone.
    while (share === this.#share) {
      const kind = share.next();
      if (kind === 0) {
        break;
      }
      this.#carryOut(kind, share);
    }
    this.#arm();
  }

  #carryOut(kind: number, share: ShareClient): void {
    switch (kind) {
      case 1:
        return this.#channel?.open();
      case 2:
        return this.#channel?.close();
      case 3:
        return this.#channel?.send(share.text());
      case 4:
        return this.#begin(share.ticket(), share);
      case 5:
        return this.#take(share.ticket(), share);
      case 6:
        return this.#look(share);
      case 7:
        return this.#give(share);
      case 8:
      case 9:
        return this.#channel?.watch(share.text(), kind === 8);
      case 10:
        return this.#want(share.ticket());
    }
  }

  /** Says what a fetch would take. */
  #want(ticket: number): void {
    const pending = this.#pending.get(ticket);
    if (!pending?.query.isAttached) {
      return;
    }
    const { query, insists } = pending;
    const { staleTime } = query.options as { staleTime?: unknown };
    const ms = staleTimeNumber(typeof staleTime === 'function' ? staleTime(query) : staleTime);
    const { isLiveComing } = this.#cache;
    const positions = this.#cache.livePositions();
    this.#share.want(ticket, query.slot, nameOf(query), positions, isLiveComing, insists, ms, Date.now(), reading());
  }

  #begin(ticket: number, share: ShareClient): void {
    const pending = this.#pending.get(ticket);
    if (!pending) {
      return;
    }
    const { query, generation, call, resolve } = pending;
    share.begin(query.slot, generation);
    try {
      resolve(call());
    } catch (error) {
      resolve(Promise.reject(error));
    }
  }

  #take(ticket: number, share: ShareClient): void {
    const pending = this.#pending.get(ticket);
    if (!pending) {
      return;
    }
    const { query, generation, resolve, fetch } = pending;
    const { data, http } = (this.#value ?? {}) as { data?: unknown; http?: unknown };
    const isGood = isShareable(data, this.#settings.maxBytes);
    if (share.accept(query.slot, generation, isGood, reading())) {
      // Clocks of one machine; and yet what is to come can't have come.
      fetch.updatedAt = Math.min(share.updated_at(), Date.now());
      fetch.kept = readKeptAnswer(http);
      resolve(data);
    }
  }

  #look(share: ShareClient): void {
    const query = this.#named(share.text());
    const isShared = query?.isAttached && this.shares(query);
    share.found(isShared ? query.slot : undefined, this.#cache.hasApplied(share.other()), Date.now());
  }

  #give(share: ShareClient): void {
    const query = this.#named(share.key());
    const data = query?.data;
    if (isShareable(data, this.#settings.maxBytes)) {
      try {
        this.#channel?.sendValue(share.other(), share.text(), { data, http: query?.keptAnswer });
        return;
      } catch {
        // It can't be copied.
      }
    }
    share.not_sent();
  }

  /** What other tabs mean by this name. */
  #named(name: string): KeptQuery | undefined {
    const query: KeptQuery | undefined = this.#cache.get(hashIn(name));
    return query && nameOf(query) === name ? query : undefined;
  }

  #arm(): void {
    const now = reading();
    const at = this.#share.arm(now);
    if (Number.isNaN(at)) {
      return;
    }
    timeoutManager.clearTimeout(this.#timer);
    if (at !== Number.POSITIVE_INFINITY) {
      const self = new WeakRef(this);
      this.#timer = timeoutManager.setTimeout(() => self.deref()?.tick(), Math.max(0, Math.ceil(at - now)));
    }
  }

  /** Time has passed. */
  tick(): void {
    this.#do((share) => share.handle_timeout(reading()));
  }
}

/** What carries words keeps the answers no more than the page's events do. */
function carry(name: string, own: string, owner: WeakRef<SharedAnswers>, signal: AbortSignal): TabChannel {
  const channel = new TabChannel(name, own, {
    hear: (text, value, hasValue) => owner.deref()?.hear(text, value, hasValue),
    meet: (names) => owner.deref()?.meet(names),
    mourn: (tab) => owner.deref()?.mourn(tab),
  });
  signal.addEventListener('abort', () => channel.close());
  return channel;
}
