import { show } from './show';
import { type Params, quote, Template } from './template';

interface KeyTemplate {
  readonly key: string;
  readonly ttl: number;
  readonly tags?: readonly string[];
}

/** Tiers of time to live (ms). */
export const TTL = {
  SHORT: 60_000,
  MEDIUM: 300_000,
  LONG: 1_800_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
} as const;

/** Makes a registry of keys from templates over backend keys. Throws a TypeError that names what is wrong with a template. */
export function defineKeys(templates: Record<string, KeyTemplate>): Record<string, unknown> {
  const keys: Record<string, unknown> = {};
  for (const [name, template] of Object.entries(templates)) {
    keys[name] = defineKey(name, template);
  }
  return keys;
}

function defineKey(name: string, template: KeyTemplate) {
  if (typeof template !== 'object' || template === null) {
    throw new TypeError(
      `The template of ${quote(name)} is ${show(template)}: give { key, ttl } and, if you like, tags.`,
    );
  }
  const { key, ttl, tags = [] } = template;
  if (typeof key !== 'string' || key === '') {
    throw new TypeError(
      `The key template of ${quote(name)} is ${show(key)}: write one like 'exec:dashboard:{workspaceId}'.`,
    );
  }
  if (typeof ttl !== 'number' || Number.isNaN(ttl) || ttl < 0) {
    throw new TypeError(`The ttl of ${quote(name)} is ${show(ttl)}: give milliseconds, such as TTL.LONG.`);
  }
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    throw new TypeError(
      `The tags of ${quote(name)} are ${show(tags)}: give a list of strings, ['workspace:{workspaceId}'].`,
    );
  }
  const whole = new Template(key, `The key template of ${quote(name)}`);
  const parts = splitOutside(key).map((part) => new Template(part, `The key template of ${quote(name)}`));
  const tagTemplates = tags.map((tag) => new Template(tag, `The tag template of ${quote(name)}`));
  const known = new Set([whole, ...tagTemplates].flatMap((template) => [...template.params]));

  const make = (params: Params = {}) => {
    check(name, params, known, known);
    return {
      queryKey: parts.map((part) => part.value(params)),
      staleTime: ttl,
      tags: tagTemplates.map((tag) => tag.fill(params, String)),
    };
  };
  const pattern = (params: Params = {}) => {
    check(name, params, known, undefined);
    return whole.glob(params, escapeGlob);
  };
  return Object.assign(make, { pattern });
}

/** Parts of a key template; a `:` inside braces is for the template to complain about. */
function splitOutside(key: string): string[] {
  return key.split(/:(?![^{]*\})/);
}

function check(
  name: string,
  params: Params,
  known: ReadonlySet<string>,
  needed: ReadonlySet<string> | undefined,
): void {
  if (typeof params !== 'object' || params === null) {
    throw new TypeError(`keys.${name} takes its parameters by name, not ${show(params)}: pass { … }.`);
  }
  for (const [param, value] of Object.entries(params)) {
    if (!known.has(param)) {
      const choice = known.size > 0 ? `it has ${[...known].map(quote).join(', ')}` : 'it has none';
      throw new TypeError(`keys.${name} has no parameter ${quote(param)}: ${choice}.`);
    }
    if (value === undefined && !needed) {
      continue;
    }
    const isFine = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    if (!isFine) {
      throw new TypeError(
        `keys.${name}: the parameter ${quote(param)} is ${show(value)}; give a string, a number or a boolean.`,
      );
    }
  }
  for (const param of needed ?? []) {
    if (!Object.hasOwn(params, param)) {
      throw new TypeError(`keys.${name} needs the parameter ${quote(param)}: pass { ${param}: … }.`);
    }
  }
}

/** A value in a Redis glob that matches only itself. */
function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&');
}
