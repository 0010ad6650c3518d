/** What of an answer counts as long as its data does. */
export interface KeptHeaders {
  readonly cacheControl: string;
  readonly expires: string;
  readonly vary: string;
  readonly cacheTag: string;
}

/** A request that was answered, and the validators of its answer. */
export interface Answered {
  readonly url: string;
  readonly credentials: RequestCredentials | undefined;
  /** The request's headers by which a server may choose among answers. */
  readonly selecting: ReadonlyArray<readonly [string, string | null]>;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Whether it went to another origin. */
  readonly isCors: boolean;
  readonly headers: KeptHeaders;
}

/** Beside it, what the answer gave. */
export type AnsweredWith = Answered & { readonly value: unknown };

/** Beside it, where that is in the query's data: the whole of it, or one page. */
export type Placed = Answered & { readonly page: number | undefined };

/** So many names of `Vary` are looked at; an answer with more is not asked for again. */
const MAX_VARY = 32;

/** The headers of a request by which its answer was, or may have been, chosen. Nothing where that can't be told. */
export function selectingHeaders(request: Headers, vary: string): Answered['selecting'] | undefined {
  const names = vary.split(',', MAX_VARY + 1).map((name) => name.trim().toLowerCase());
  if (names.length > MAX_VARY || names.includes('*')) {
    return undefined;
  }
  const all = new Set([...names.filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)), 'accept', 'authorization']);
  return [...all].map((name) => [name, request.get(name)] as const);
}

/** The requests whose answers a query's data is made of. */
export class Validators {
  readonly #placed: readonly Placed[];

  constructor(placed: readonly Placed[]) {
    this.#placed = placed;
  }

  /** Those of a copy of the data. */
  static restore(placed: readonly Placed[]): Validators {
    return new Validators(placed);
  }

  /** What may be kept with a copy of the data: all but what proves who somebody is. */
  get kept(): Placed[] {
    return this.#placed.map((one) => ({
      ...one,
      selecting: one.selecting.filter(([name]) => name !== 'authorization' && name !== 'cookie'),
    }));
  }

  /** The answer to the same request as this one, and what it gave. */
  find(
    url: string,
    credentials: RequestCredentials | undefined,
    request: Headers,
    data: any,
  ): AnsweredWith | undefined {
    const placed = this.#placed.find(
      (one) =>
        one.url === url &&
        one.credentials === credentials &&
        one.selecting.every(([name, value]) => request.get(name) === value),
    );
    return placed && { ...placed, value: placed.page === undefined ? data : data?.pages?.[placed.page] };
  }

  #ofPage(part: unknown, data: any): Placed | undefined {
    return this.#placed.find(({ page }) => page !== undefined && data?.pages?.[page] === part);
  }

  /**
   * Those that stand for what a query function gave: for the whole of it, or for one of its pages. What a query function made
   * of an answer by itself is no answer: nothing stands for that.
   *
   * @param known - Those of the data before, where they still hold.
   */
  static of(
    answered: readonly AnsweredWith[],
    value: any,
    isInfinite: boolean,
    known: Validators | undefined,
    before: any,
  ): Validators | undefined {
    const byValue = new Map(answered.map((one) => [one.value, one]));
    const placed: Placed[] = [];
    const place = (part: unknown, page: number | undefined) => {
      const found = byValue.get(part) ?? (known && page !== undefined ? known.#ofPage(part, before) : undefined);
      if (found) {
        const { url, credentials, selecting, etag, lastModified, isCors, headers } = found;
        placed.push({ url, credentials, selecting, etag, lastModified, isCors, headers, page });
      }
    };
    if (isInfinite) {
      value?.pages?.forEach(place);
    } else {
      place(value, undefined);
    }
    return placed.length > 0 ? new Validators(placed) : undefined;
  }
}
