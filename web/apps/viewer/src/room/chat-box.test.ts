import { ApiError } from '@vitrine/sdk';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, nextTick, type App } from 'vue';
import { i18n } from '../app/i18n';
import { useRoom } from '../stores/room';
import ChatBox from './ChatBox.vue';

const said: string[] = [];
vi.mock('../app/say', () => ({ sayProblem: (error: ApiError) => said.push(error.slug) }));

describe('the chat box', () => {
  let app: App;
  let page: HTMLElement;
  let room: ReturnType<typeof useRoom>;
  const find = <E extends HTMLElement>(testid: string): E | null => page.querySelector<E>(`[data-testid="${testid}"]`);

  async function type(text: string): Promise<void> {
    const input = find<HTMLInputElement>('chat-input')!;
    input.value = text;
    input.dispatchEvent(new Event('input'));
    await nextTick();
    find<HTMLButtonElement>('chat-send')!.click();
    await vi.waitFor(() => expect(find<HTMLButtonElement>('chat-send')).not.toBeNull());
    await nextTick();
  }

  beforeEach(() => {
    said.length = 0;
    const pinia = createPinia();
    setActivePinia(pinia);
    room = useRoom();
    page = document.createElement('div');
    document.body.append(page);
    app = createApp(ChatBox, { desk: false }).use(pinia).use(i18n);
    app.mount(page);
  });

  afterEach(() => {
    app.unmount();
    page.remove();
  });

  it('empties when the room has the line', async () => {
    room.chat = vi.fn(async () => 'said' as const);
    await type('  hello ');
    expect(room.chat).toHaveBeenCalledWith('hello');
    expect(find<HTMLInputElement>('chat-input')!.value).toBe('');
  });

  it('gives a refused line back to mend and says why', async () => {
    room.chat = async () => {
      throw new ApiError({ type: '', title: '', status: 409, slug: 'rooms.word_blocked', detail: '' });
    };
    await type('bad word');
    await vi.waitFor(() => expect(said).toEqual(['rooms.word_blocked']));
    expect(find<HTMLInputElement>('chat-input')!.value).toBe('bad word');
  });

  it('goes away with words when chat is switched off', async () => {
    room.capabilities = { selling: true, chat: false };
    await nextTick();
    expect(find('chat-input')).toBeNull();
    expect(find('chat-shut')).not.toBeNull();
  });
});
