// What both builds share: the alias, the way to the server while developing, vendor chunks that keep their names between releases.
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';

const server = process.env.QUDAO_API ?? 'http://127.0.0.1:8616';

const vendor = (name: string, test: RegExp, priority: number) => ({ name, test, priority });

export const shared = {
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', proxy: { '/api': { target: server }, '/health': { target: server } } },
  build: {
    target: 'es2022',
    manifest: true,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            vendor('react', /node_modules[\\/](react|react-dom|scheduler|@tanstack|i18next|react-i18next|openapi)/, 30),
            vendor('echarts', /node_modules[\\/](echarts|zrender)/, 20),
            vendor(
              'antd',
              /node_modules[\\/](antd[\\/](?!es[\\/](date-picker|time-picker)[\\/])|@ant-design|@rc-component[\\/](?!picker)|rc-|dayjs)/,
              10,
            ),
            // Fields of days come with the first page that has one.
            vendor('dates', /node_modules[\\/](antd[\\/]es[\\/](date-picker|time-picker)|@rc-component[\\/]picker)/, 5),
          ],
        },
      },
    },
  },
} satisfies UserConfig;
