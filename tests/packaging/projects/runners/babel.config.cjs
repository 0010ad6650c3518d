module.exports = { plugins: [require.resolve('@babel/plugin-transform-modules-commonjs')] };
