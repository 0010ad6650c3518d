import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
  type Request,
} from 'playwright-core';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Far more than anything here takes, and still short enough to see all that fails in one go. */
const PATIENCE_MS = 10_000;

/** Starts Chromium, quiet: nothing of its own on the network. */
export const launch = (options: LaunchOptions = {}): Promise<Browser> =>
  chromium.launch({
    ...options,
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** An open page, with what went over its network and what went wrong in it. */
export interface Visit extends AsyncDisposable {
  page: Page;
  /** The requests to /api, oldest first. */
  apiRequests: Request[];
  /** Uncaught exceptions. */
  exceptions: Error[];
}

/** Opens `url` in a new browser context: nothing stored, nothing cached. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const apiRequests: Request[] = [];
  const exceptions: Error[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.startsWith('/api/')) apiRequests.push(request);
  });
  page.on('pageerror', (error) => exceptions.push(error));
  await page.goto(url);
  return { page, apiRequests, exceptions, [Symbol.asyncDispose]: () => context.close() };
}

/** Opens `url` and waits until everything on the page is there, nothing is under way, and the connection is live. */
export async function visitSettled(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const visited = await visit(browser, url, options);
  const { page } = visited;
  await live(page);
  await page.locator('[data-card="runs"]').waitFor();
  await rows(page).first().waitFor();
  await page.locator('.recharts-surface').first().waitFor();
  await page.getByRole('region', { name: 'Activity, scrolling' }).getByRole('listitem').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  return visited;
}

/** Waits until the connection is live. */
export const live = (page: Page): Promise<void> => page.locator('[data-live-state="live"]').waitFor();

/** The rows of the table of agents that are in the document. */
export const rows = (page: Page) => page.locator('tbody tr[aria-rowindex]');

/** The figure on a card, as a number: "12,345" is 12345. */
export async function figure(page: Page, card: string): Promise<number> {
  const text = await page.locator(`[data-card="${card}"] p`).first().textContent();
  return Number(text?.replace(/[^\d.-]/g, ''));
}

/** A figure of the cache panel, as a number. */
export async function stat(page: Page, name: string): Promise<number> {
  const text = await page.locator(`[data-stat="${name}"]`).textContent();
  return Number(text?.replace(/[^\d.-]/g, ''));
}

/** The path and query of each request. */
export const paths = (requests: Request[]): string[] =>
  requests.map((request) => {
    const { pathname, search } = new URL(request.url());
    return pathname + search;
  });
