// Compiled in the page: what Angular's own tools would do at build time doesn't matter here.
import '@angular/compiler';
import { Component, inject } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { injectMutation, injectQuery, provideTanStackQuery, QueryClient } from 'ferroquery/angular';
import { add, read, staleTime } from '../api';

const { origin } = location;

class CountView {
  readonly client = inject(QueryClient);
  readonly query = injectQuery(() => ({ queryKey: ['count'], queryFn: () => read(origin), staleTime }));
  readonly raise = injectMutation(() => ({ mutationFn: () => add(origin), onSuccess: () => this.refresh() }));

  refresh() {
    return this.client.invalidateQueries({ queryKey: ['count'] });
  }
}

const template = `
  <p id="count">{{ query.data()?.count ?? 'pending' }}</p>
  <p id="reads">{{ query.data()?.reads ?? 'pending' }}</p>
  <p id="mutation">{{ raise.status() }}</p>
  <button id="refresh" (click)="refresh()">refresh</button>
  <button id="add" (click)="raise.mutate()">add</button>
`;

const view = Component({ selector: 'count-view', template })(CountView);
document.getElementById('app')!.append(document.createElement('count-view'));
await bootstrapApplication(view, { providers: [provideTanStackQuery(new QueryClient())] });
