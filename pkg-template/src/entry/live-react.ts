export { useLive } from '../live/react';
