import { show } from '../show';

/** Options of `shareAnswers`. */
export interface ShareOptions {
  scope: string;
  channel?: string;
  maxBytes?: number;
}

export type ShareSettings = Required<ShareOptions>;

const DEFAULT_MAX_BYTES = 1 << 20;

/** Throws a TypeError that names the wrong option and how to mend it. */
export function readShareOptions(options: ShareOptions): ShareSettings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`shareAnswers: got ${show(options)}: give { scope }, which names whose answers they are.`);
  }
  const { scope, channel = '', maxBytes = DEFAULT_MAX_BYTES } = options;
  if (typeof scope !== 'string' || scope === '') {
    throw new TypeError(
      `shareAnswers: scope is ${show(scope)}: give a text that names whose answers they are, such as a user's id.`,
    );
  }
  if (typeof channel !== 'string') {
    throw new TypeError(`shareAnswers: channel is ${show(channel)}: give a text that tells this app from others.`);
  }
  if (typeof maxBytes !== 'number' || !(maxBytes > 0)) {
    throw new TypeError(`shareAnswers: maxBytes is ${show(maxBytes)}: give a number of bytes above 0.`);
  }
  return { scope, channel, maxBytes };
}
