export { isModule, setEngineSource } from '../bridge/instance';
export * from '../exports';
