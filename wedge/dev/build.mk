# Devices on the build machine: unit tests of the chips under the address and undefined-behaviour
# sanitizers. The wedges' own, freestanding objects are built by wedge/build.mk.

# Those with a guest's memory: of what serves virtio devices.
DEV_SERVER_TESTS := virtio_balloon virtio_balloon_pages virtio_block virtio_config virtio_fs virtio_fuzz virtio_later virtio_queue \
	virtio_reset virtio_rng virtio_server
# Those with a network beside it.
DEV_NET_TESTS := virtio_net_fuzz virtio_net_receive virtio_net_send
# Those with ports of a console device.
DEV_PORTS_TESTS := virtio_console virtio_console_fuzz
# Those of the registers that all virtio devices have.
DEV_REGISTER_TESTS := virtio_legacy virtio_pci virtio_registers
DEV_SERVER_TESTS += $(DEV_NET_TESTS) $(DEV_PORTS_TESTS)
DEV_TESTS := board counter_ports fuzz keyboard latch muldiv pci pic pit rtc timer uart $(DEV_REGISTER_TESTS) $(DEV_SERVER_TESTS)
DEV_TEST_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
DEV_TEST_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARN) -I$(SRC)/wedge/include $(CFLAGS) -MMD -MP $(DEV_TEST_SAN)
DEV_TEST_CHIPS := $(patsubst $(SRC)/wedge/dev/%.c,$(O)/tests/dev/obj/%.o,$(WEDGE_DEV))
DEV_TEST_HOST := $(O)/tests/dev/obj/host.o

$(O)/tests/dev/obj/%.o: $(SRC)/wedge/dev/%.c
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<) (test)"
	@$(CC) $(DEV_TEST_CFLAGS) -c $< -o $@

$(O)/tests/dev/obj/%.o: $(SRC)/tests/dev/%.c
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<) (test)"
	@$(CC) $(DEV_TEST_CFLAGS) -c $< -o $@

$(DEV_SERVER_TESTS:%=$(O)/tests/dev/%.t): $(O)/tests/dev/obj/virtio_rings.o $(O)/tests/dev/obj/virtio_medium.o \
	$(O)/tests/dev/obj/server.a

# Of the kinds of devices a test links those that it uses: each needs services of its own.
$(O)/tests/dev/obj/server.a: $(patsubst $(SRC)/wedge/dev/%.c,$(O)/tests/dev/obj/%.o,$(WEDGE_VIRTIO_SERVER) $(WEDGE_VIRTIO_LAUNCHER) $(WEDGE_VIRTIO_OWN))
	@rm -f $@
	@ar rc $@ $^

$(DEV_NET_TESTS:%=$(O)/tests/dev/%.t): $(O)/tests/dev/obj/virtio_nic.o
$(DEV_PORTS_TESTS:%=$(O)/tests/dev/%.t): $(O)/tests/dev/obj/virtio_ports.o
$(patsubst %,$(O)/tests/dev/virtio_%.t,console_fuzz fuzz net_fuzz): $(O)/tests/dev/obj/virtio_hostile.o
$(DEV_REGISTER_TESTS:%=$(O)/tests/dev/%.t): $(O)/tests/dev/obj/virtio_driver.o

# The example of wedge/doc/writing-a-device.md.
$(O)/tests/dev/latch.t: $(O)/tests/dev/obj/latch.o

$(DEV_TESTS:%=$(O)/tests/dev/%.t): $(O)/tests/dev/%.t: $(O)/tests/dev/obj/%_test.o $(DEV_TEST_HOST) $(DEV_TEST_CHIPS)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) $(DEV_TEST_SAN) $^ -lcmocka -o $@

# The 32-bit division by hand, against the compiler's: built for i386, where there is no cmocka.
$(O)/tests/dev/muldiv32.t: $(SRC)/tests/dev/muldiv32.c $(SRC)/tests/random.h $(SRC)/wedge/include/wedge/lib/muldiv.h
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<) (test)"
	@$(CC) -m32 -std=c11 $(WARN) -I$(SRC)/wedge/include $(CFLAGS) $< -o $@

TESTS += $(DEV_TESTS:%=$(O)/tests/dev/%.t) $(O)/tests/dev/muldiv32.t
TESTS_32_BIT += $(O)/tests/dev/muldiv32.t
