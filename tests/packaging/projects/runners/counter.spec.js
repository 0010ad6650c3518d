// The same file under Jest and under Vitest, in jsdom, with the globals that both have.
import { fireEvent, render, screen } from '@testing-library/react';
import { app } from './counter.js';

test('a component fetches, mutates and fetches again', async () => {
  render(app());
  fireEvent.click(await screen.findByText('count 0'));
  expect(await screen.findByText('count 1')).toBeTruthy();
});
