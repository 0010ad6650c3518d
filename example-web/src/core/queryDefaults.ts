import { HttpError } from '../api/http';

export const queryDefaults = {
  // A request that the server understood and refused will be refused again.
  retry: (failures: number, error: Error): boolean =>
    failures < 2 && !(error instanceof HttpError && error.status >= 400 && error.status < 500),
  refetchOnWindowFocus: false,
};
