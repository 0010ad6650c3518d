/**
 * How many tests a step ran.
 *
 * @typedef {{ passed: number, failed: number }} Count
 */

/**
 * Counts the tests of `cargo test` from its `test result:` lines, one for each test binary.
 *
 * @returns {{ onLine: (line: string) => void, count: Count }}
 */
export function cargoCounter() {
  const count = { passed: 0, failed: 0 };
  const onLine = (line) => {
    const result = /^test result: \w+\. (\d+) passed; (\d+) failed;/.exec(line);
    if (!result) return;
    count.passed += Number(result[1]);
    count.failed += Number(result[2]);
  };
  return { onLine, count };
}

/**
 * Counts the tests in the report of Vitest's JSON reporter. A file that failed without a failed test, because it
 * could not be loaded or set up, counts as one failure.
 *
 * @param {string} report the file's text
 * @returns {Count}
 */
export function vitestCount(report) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report);
  const hasFailure = ({ assertionResults }) => assertionResults.some((test) => test.status === 'failed');
  const broken = testResults.filter((file) => file.status === 'failed' && !hasFailure(file)).length;
  return { passed: numPassedTests, failed: numFailedTests + broken };
}
