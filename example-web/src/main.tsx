import './mantine.css';
import './page.css';
import { MantineProvider } from '@mantine/core';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LiveContext } from './cache/live';
import { core, QueryClientProvider } from './core';
import { countUpdates } from './costs/mainThread';
import { meter } from './costs/meter';
import { Dashboard } from './page/Dashboard';
import { EngineUnavailable } from './page/EngineUnavailable';
import { surfaces, theme } from './theme';
import { Boundary } from './ui/Boundary';
import { Failure } from './ui/Failure';
import { Notices } from './ui/Notices';

function start(): ReactNode {
  try {
    countUpdates();
    const client = core.createClient();
    meter.readParsed(() => core.bytesParsed(client));
    const connection = core.beyond?.connect(client) ?? null;
    return (
      <QueryClientProvider client={client}>
        <LiveContext value={connection}>
          <Notices>
            <Dashboard />
          </Notices>
        </LiveContext>
      </QueryClientProvider>
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'EngineUnavailableError') return <EngineUnavailable error={error} />;
    // Thrown on, it would leave a white page: nothing is rendered yet that could catch it.
    console.error(error);
    return (
      <Failure
        title="The dashboard could not start"
        error={error instanceof Error ? error : new Error(String(error))}
        onRetry={() => location.reload()}
      />
    );
  }
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={surfaces} defaultColorScheme="auto">
      <Boundary title="The page could not be shown">{start()}</Boundary>
    </MantineProvider>
  </StrictMode>,
);
