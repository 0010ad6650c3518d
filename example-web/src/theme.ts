import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = [
  '#eef3ff',
  '#dbe4ff',
  '#b9caff',
  '#93adff',
  '#7b98fb',
  '#5477f0',
  '#3f62e4',
  '#3056d3',
  '#2747b3',
  '#203a90',
];

/** Cooler than Mantine's greys, so that cards and page stay apart without heavy borders. */
const dark: MantineColorsTuple = [
  '#dfe4ec',
  '#b9c1cd',
  '#9aa5b5',
  '#717d8e',
  '#3d4755',
  '#2c3541',
  '#212933',
  '#171c24',
  '#11151b',
  '#0b0e12',
];

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 6 },
  colors: { brand, dark },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
});

/** The surfaces of the page. Mantine's dimmed grey has a contrast of 3.3 on white; text this small needs 4.5. */
export const surfaces: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#586273',
    '--page-bg': '#f5f6f8',
    '--card-bg': '#ffffff',
    '--card-border': '#e3e6eb',
    '--card-shadow': '0 1px 2px rgb(16 24 40 / 5%)',
    '--row-hover': '#f5f7fb',
    '--good': '#0f7a4f',
    '--good-bg': '#e3f5ec',
    '--bad': '#bd2c2c',
    '--bad-bg': '#fdeaea',
    '--warn': '#935b00',
    '--warn-bg': '#fff2d9',
    '--calm': '#525c6b',
    '--calm-bg': '#eceff3',
    '--line-main': '#3056d3',
    '--line-second': '#d64545',
  },
  dark: {
    '--mantine-color-dimmed': '#9aa5b5',
    '--page-bg': '#0e1116',
    '--card-bg': '#171c24',
    '--card-border': '#262e39',
    '--card-shadow': 'none',
    '--row-hover': '#1d242e',
    '--good': '#5fd3a0',
    '--good-bg': '#12342a',
    '--bad': '#ff8f8f',
    '--bad-bg': '#3d1c20',
    '--warn': '#f2bd5c',
    '--warn-bg': '#3a2c12',
    '--calm': '#b9c1cd',
    '--calm-bg': '#2a323d',
    '--line-main': '#7b98fb',
    '--line-second': '#ff8080',
  },
});
