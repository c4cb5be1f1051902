include $(sort $(wildcard $(BR2_EXTERNAL_KINDLING_PATH)/package/*/*.mk))
