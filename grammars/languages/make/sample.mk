# Builds the firmware.
CC := arm-none-eabi-gcc
CFLAGS ?= -Os -Wall
OBJECTS = main.o uart.o
override LDFLAGS += -nostdlib
export PATH_EXTRA := /opt/bin

define BANNER
Firmware of the sensor
endef

include config.mk

.PHONY: all clean flash
.DEFAULT_GOAL := all

all: firmware.bin ## Builds everything

# Links the image.
firmware.elf: $(OBJECTS) link.ld
	$(CC) $(LDFLAGS) -o $@ $(OBJECTS)

firmware.bin: firmware.elf
	objcopy -O binary $< $@

%.o: %.c
	$(CC) $(CFLAGS) -c $< -o $@

$(OUT)/report.txt: firmware.elf | $(OUT)
	size $< > $@

# TODO: find the port by itself
flash: PORT ?= /dev/ttyUSB0
flash: firmware.bin
	flasher --port $(PORT) $<

debug release: firmware.bin
	@echo $@

VERSION != git describe

ifeq ($(DEBUG),1)
EXTRA := -g
check:
	./check.sh
endif

clean:
	rm -f *.o firmware.*

before:
	@echo kept

wrong: ) ] : =
	@echo wrong

after:
	@echo kept
