import { Affix, Notification, Stack } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { createContext, type ReactNode, use, useCallback, useEffect, useRef, useState } from 'react';

const SHOWN_MS = 3500;

type Outcome = 'good' | 'bad';

const NoticeContext = createContext<(text: string, outcome?: Outcome) => void>(() => {});

/** Says for a few seconds, at the edge of the page, how something went. Forms show their failures themselves. */
export const useNotice = () => use(NoticeContext);

export function Notices({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<{ text: string; outcome: Outcome } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = useCallback((text: string, outcome: Outcome = 'good') => {
    clearTimeout(timer.current);
    setNotice({ text, outcome });
    timer.current = setTimeout(() => setNotice(null), SHOWN_MS);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <NoticeContext value={show}>
      {children}
      <Affix position={{ bottom: 16, right: 16 }} maw="calc(100vw - 32px)" zIndex={400}>
        <Stack role="status" aria-live="polite">
          {notice && (
            <Notification
              withBorder
              color={notice.outcome === 'good' ? 'teal' : 'red'}
              icon={
                notice.outcome === 'good' ? (
                  <IconCheck size={16} aria-hidden />
                ) : (
                  <IconAlertTriangle size={16} aria-hidden />
                )
              }
              closeButtonProps={{ 'aria-label': 'Close this notice' }}
              onClose={() => setNotice(null)}
            >
              {notice.text}
            </Notification>
          )}
        </Stack>
      </Affix>
    </NoticeContext>
  );
}
