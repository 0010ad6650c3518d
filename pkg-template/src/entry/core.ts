export { setEngineSource } from '../bridge/instance';
export * from '../exports';
