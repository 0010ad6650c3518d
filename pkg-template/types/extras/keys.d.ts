/** Times to live, in milliseconds. */
export declare const TTL: {
  /** 1 minute */
  readonly SHORT: 60000;
  /** 5 minutes */
  readonly MEDIUM: 300000;
  /** 30 minutes */
  readonly LONG: 1800000;
  /** 1 hour */
  readonly HOUR: 3600000;
  /** 1 day */
  readonly DAY: 86400000;
};

/** One entry of a key registry. */
export interface KeyTemplate {
  /** The backend key, with `{param}` placeholders: `'exec:dashboard:{workspaceId}'`. Its parts are split at `:`. */
  readonly key: string;
  /** How long an answer stays fresh, in milliseconds; becomes `staleTime`. */
  readonly ttl: number;
  /** Tags of the query, with the same kind of placeholders: `['workspace:{workspaceId}']`. */
  readonly tags?: ReadonlyArray<string>;
}

/** What a placeholder may stand for. */
export type KeyParam = string | number | boolean;

/** The names of the `{param}` placeholders in a template. */
export type ParamNames<TTemplate extends string> = TTemplate extends `${string}{${infer TName}}${infer TRest}`
  ? TName | ParamNames<TRest>
  : never;

/** The names of all placeholders in an entry's key and tags. */
export type TemplateParamNames<TEntry extends KeyTemplate> =
  | ParamNames<TEntry['key']>
  | (TEntry extends { readonly tags: ReadonlyArray<infer TTag extends string> } ? ParamNames<TTag> : never);

type Part<TPart extends string, TParams> = TPart extends `{${infer TName}}`
  ? TName extends keyof TParams
    ? TParams[TName]
    : KeyParam
  : TPart extends `${string}{${string}}${string}`
    ? string
    : TPart;

/** A template's key as a tuple: literal parts as literals, `{param}` parts as the value that stands for them. */
export type TemplateQueryKey<TKey extends string, TParams> = string extends TKey
  ? ReadonlyArray<KeyParam>
  : TKey extends `${infer TFirst}:${infer TRest}`
    ? readonly [Part<TFirst, TParams>, ...TemplateQueryKey<TRest, TParams>]
    : readonly [Part<TKey, TParams>];

/** What an entry of a registry gives, ready to spread into query options. */
export interface KeyOptions<TQueryKey extends ReadonlyArray<unknown>> {
  queryKey: TQueryKey;
  /** Milliseconds. */
  staleTime: number;
  tags: Array<string>;
}

type Params<TNames extends string> = { readonly [TName in TNames]: KeyParam };

/** `T`, but a property that `TAllowed` doesn't have is a compile error. */
type Exactly<T, TAllowed extends string> = T & { readonly [TName in Exclude<keyof T, TAllowed>]: never };

/** One entry of a registry: a function from the parameters to query options. */
export interface Key<TEntry extends KeyTemplate> {
  /**
   * The query options for these parameters.
   * @throws {TypeError} when a parameter is missing, unknown, or neither string, number nor boolean
   */
  <const TParams extends Params<TemplateParamNames<TEntry>>>(
    ...args: [TemplateParamNames<TEntry>] extends [never]
      ? [params?: Record<string, never>]
      : [params: Exactly<TParams, TemplateParamNames<TEntry>>]
  ): KeyOptions<TemplateQueryKey<TEntry['key'], TParams>>;
  /**
   * The Redis glob over the backend keys of this entry. What is given is taken literally (a `*` in a value matches a
   * star), what is left out matches anything.
   * @throws {TypeError} when a parameter is unknown, or neither string, number nor boolean
   */
  pattern(params?: Partial<Params<ParamNames<TEntry['key']>>>): string;
}

/** A registry of keys, as made by {@link defineKeys}. */
export type Keys<TTemplates extends Record<string, KeyTemplate>> = {
  readonly [TName in keyof TTemplates]: Key<TTemplates[TName]>;
};

/**
 * Makes a typed registry of keys: each entry becomes a function from the parameters of its template to query options.
 * @param templates - The entries by name.
 * @throws {TypeError} when a template is malformed, such as one with an unclosed `{`
 * @example
 * ```ts
 * const keys = defineKeys({
 *   executive: {
 *     key: 'exec:dashboard:{workspaceId}:{timeframe}',
 *     ttl: TTL.LONG,
 *     tags: ['workspace:{workspaceId}'],
 *   },
 * })
 *
 * useQuery({ ...keys.executive({ workspaceId, timeframe: '30d' }), queryFn })
 * queryClient.invalidateQueries({ pattern: keys.executive.pattern({ workspaceId }) })
 * ```
 */
export declare function defineKeys<const TTemplates extends Record<string, KeyTemplate>>(
  templates: TTemplates,
): Keys<TTemplates>;
