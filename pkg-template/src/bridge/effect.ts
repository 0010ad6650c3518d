// The codes of `Effect::pack` in src/engine/effect.rs.
export const DONE = 0;
export const NOTIFY = 1;
export const EVENT = 2;
export const EVENT_INVALIDATE = 3;
export const EVENT_PAUSE = 4;
export const EVENT_CONTINUE = 5;
export const FETCH = 6;
export const WAKE = 7;
export const POLL = 8;
export const STALE = 9;
export const RUN = 10;
export const REJECT = 11;
export const CONTINUE = 12;
export const REMOVE = 13;
export const RELEASE = 14;
export const RESET = 15;
export const ASK = 16;
export const ARM = 17;
export const DISARM = 18;
export const SWEPT = 19;
export const BEGIN = 20;
export const WAKENED = 21;
export const COLLECT_MUTATION = 22;
export const WAKE_RUN = 23;
export const FREEZE = 24;
export const FREEZE_AT_ONCE = 25;
export const EVICT = 29;
export const EVICT_TOO_LARGE = 30;
export const SCHEDULED = 27;
export const SAVE = 28;
export const TIMERS = 31;

/** A set of codes, as bits. */
function codes(...list: number[]): number {
  return list.reduce((bits, code) => bits | (1 << code), 0);
}

const TRANSITION_ENDS = codes(EVENT, EVENT_INVALIDATE, EVENT_PAUSE, EVENT_CONTINUE);
const TOLD_TOGETHER = TRANSITION_ENDS | codes(NOTIFY, STALE, FETCH, REMOVE);

/** Whether this ends a transition of one query: what was scheduled of it goes out. */
export function endsTransition(code: number): boolean {
  return ((TRANSITION_ENDS >>> code) & 1) === 1;
}

/** Whether it tells, and goes out in one batch with what else is told in a row. */
export function isToldTogether(code: number): boolean {
  return ((TOLD_TOGETHER >>> code) & 1) === 1;
}
