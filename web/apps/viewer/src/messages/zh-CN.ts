export const zhCN = { rooms: { title: '正在直播' } };
