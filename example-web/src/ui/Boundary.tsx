import { Component, type ReactNode } from 'react';
import { Failure } from './Failure';

interface BoundaryProps {
  /** What can't be shown, in plain words. */
  title: string;
  children: ReactNode;
}

/**
 * Keeps an exception, or code that could not be loaded, from emptying the whole page. A module that failed to load
 * stays failed until the page is loaded again, so that is what the button does.
 */
export class Boundary extends Component<BoundaryProps, { error: Error | null }> {
  override state = { error: null };

  static getDerivedStateFromError(cause: unknown) {
    return { error: cause instanceof Error ? cause : new Error(String(cause)) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <Failure title={this.props.title} error={error} onRetry={() => location.reload()} />;
  }
}
