/** Jest's own way: CommonJS. */
export default { testEnvironment: 'jsdom', testMatch: ['**/*.spec.js'], transform: { '\\.js$': 'babel-jest' } };
