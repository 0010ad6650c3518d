/** Tells the other tabs of a scope that its user has signed out, and hears of it. */
export class SignOutChannel {
  readonly #channel: BroadcastChannel | undefined;

  constructor(scope: string, onSignOut: (epoch: unknown) => void) {
    if (typeof BroadcastChannel !== 'function') {
      return;
    }
    this.#channel = new BroadcastChannel(`ferroquery sign-out ${scope}`);
    this.#channel.onmessage = ({ data }) => onSignOut(data);
    // Node would wait for it.
    (this.#channel as { unref?: () => void }).unref?.();
  }

  /** @param epoch that of the scope, if it is known: who has begun another one since isn't meant */
  tell(epoch: string | undefined): void {
    this.#channel?.postMessage(epoch);
  }

  close(): void {
    this.#channel?.close();
  }
}
