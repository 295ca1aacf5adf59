// 业务量: figures, what is behind them, and files of them.
import { afterAll, expect, test } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';

afterAll(closeBrowser);

for (const look of LOOKS) {
  test.concurrent(`the volume page, ${look.name}`, { timeout: 90_000 }, async () => {
    // R1.12, R7.3, R4.35
    const person = await Person.reading('leader', look);
    await person.open('/volume');
    await person.shot(`volume-${look.name}`, true);
    await person.accessible('volume');
    await person.finish();
  });
}

test('a figure opens to as many rows as it says', { timeout: 90_000 }, async () => {
  // R1.12
  const person = await Person.signedIn('leader');
  await person.open('/volume?metric=activations');
  const figure = person.page.locator('.figure button.link').first();
  const shown = Number((await figure.innerText()).replaceAll(',', ''));
  await figure.click();
  await person.settled();
  expect(await person.page.locator('.ant-drawer').innerText()).toContain(`共 ${shown} 条`);
  await person.finish();
});
