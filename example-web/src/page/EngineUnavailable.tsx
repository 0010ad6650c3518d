import classes from './EngineUnavailable.module.css';

/** The page in a browser that forbids WebAssembly: it says so, instead of staying white. */
export function EngineUnavailable({ error }: { error: Error }) {
  return (
    <main className={classes.page} role="alert">
      <h1>This dashboard can’t start in this browser</h1>
      <p>Its cache runs on WebAssembly, and WebAssembly is missing or forbidden here.</p>
      <h2>What you can do</h2>
      <ul>
        <li>Open the page in a current version of Chrome, Edge, Firefox or Safari.</li>
        <li>Turn off a “lockdown” or “enhanced security” mode for this site, if there is one.</li>
        <li>
          If you run this site: its content security policy must allow <code>&apos;wasm-unsafe-eval&apos;</code> in{' '}
          <code>script-src</code>.
        </li>
      </ul>
      <details>
        <summary>What the browser said</summary>
        <pre>{error.message}</pre>
      </details>
    </main>
  );
}
