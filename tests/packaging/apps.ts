import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Project } from './project.js';
import { Site } from './site.js';

/**
 * The adapters that come along; the official ones by the plugin; and these without it, since going back is a line too. Then
 * two single pages: with the engine as a file, and with the official adapter's surroundings led to the adapter that comes along.
 */
export type Mode = 'bundled' | 'official' | 'query-core' | 'file' | 'led';

/** The apps of projects/apps, built and served. */
export async function startApps<M extends Mode>(
  modes: readonly M[],
): Promise<{ project: Project; sites: Record<M, Site> }> {
  const project = Project.open('apps');
  const sites = {} as Record<M, Site>;
  for (const mode of modes) {
    project.run('vite', ['build', '--mode', mode, '--logLevel', 'warn']);
    const isRendered = mode !== 'file' && mode !== 'led';
    if (isRendered) project.run('vite', ['build', '--mode', mode, '--logLevel', 'warn', '--ssr']);
    sites[mode] = await Site.start(project.at(`dist/${mode}`));
  }
  return { project, sites };
}

/** A page in a context, by default one of its own, and what its console and its errors said. */
export async function open(owner: Browser | BrowserContext, url: string): Promise<{ page: Page; said: string[] }> {
  const page = await owner.newPage();
  page.setDefaultTimeout(10_000);
  const said: string[] = [];
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(url);
  return { page, said };
}

/** Waits until an element has this text. */
export const shows = (page: Page, id: string, text: string): Promise<void> =>
  page.locator(`#${id}`).getByText(text, { exact: true }).waitFor();
