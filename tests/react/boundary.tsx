import { Component, type ReactNode } from 'react';
import type { Stage } from './stage.js';

interface Props {
  on: Stage;
  children: ReactNode;
  /** Called by the button that tries again. */
  onReset?: () => void;
}

/** Shows what a component below throws, with a button that tries again. */
export class Boundary extends Component<Props, { error: unknown }> {
  override state = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    this.props.on.rendered('boundary');
    const retry = () => {
      this.props.onReset?.();
      this.setState({ error: undefined });
    };
    return (
      <button type="button" className="retry" onClick={retry}>
        caught {String(this.state.error)}
      </button>
    );
  }
}
