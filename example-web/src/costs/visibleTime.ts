let before = 0;
let since = document.hidden ? undefined : performance.now();

document.addEventListener('visibilitychange', () => {
  before = visibleTime();
  since = document.hidden ? undefined : performance.now();
});

/** For how long the page was in view so far, in ms: hidden, it neither polls nor draws. */
export function visibleTime(): number {
  return since === undefined ? before : before + performance.now() - since;
}
