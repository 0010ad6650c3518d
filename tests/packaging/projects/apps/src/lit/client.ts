import { createMutationController, createQueryController, QueryClient } from 'ferroquery/lit';
import { html, LitElement } from 'lit';
import { add, read, staleTime } from '../api';

const client = new QueryClient();
const { origin } = location;

class CountView extends LitElement {
  readonly #query = createQueryController(
    this,
    { queryKey: ['count'], queryFn: () => read(origin), staleTime },
    client,
  );
  readonly #raise = createMutationController(
    this,
    { mutationFn: () => add(origin), onSuccess: () => client.invalidateQueries({ queryKey: ['count'] }) },
    client,
  );

  override render() {
    const { data } = this.#query();
    const raise = this.#raise();
    return html`
      <p id="count">${data ? data.count : 'pending'}</p>
      <p id="reads">${data ? data.reads : 'pending'}</p>
      <p id="mutation">${raise.status}</p>
      <button id="refresh" @click=${() => client.invalidateQueries({ queryKey: ['count'] })}>refresh</button>
      <button id="add" @click=${() => raise.mutate()}>add</button>
    `;
  }
}

customElements.define('count-view', CountView);
document.getElementById('app')!.append(document.createElement('count-view'));
