/* FTDI chips; see ftdi_chip.h. Modes and settings: FTDI AN_130 (FT2232H in synchronous FIFO mode),
 * data sheets of FT232H and FT2232H. */
#include "driver/usb/ftdi_chip.h"

#include "driver/usb/pipe.h"

#include <stdio.h>
#include <stdlib.h>

/* Milliseconds after which the chip sends a packet that is not full. The gateware asks for that
 * itself (SIWU) when it has nothing more to say, so this only bounds a lost request. */
#define LATENCY_MS 1

static bool chip_failed(struct xg_error *err, struct ftdi_context *chip, const char *what)
{
    return xg_fail(err, XG_E_DEVICE, "FTDI chip: %s: %s", what, ftdi_get_error_string(chip));
}

struct ftdi_context *xg_ftdi_open(struct xg_usb_open *o, struct xg_error *err)
{
    struct ftdi_context *chip = ftdi_new();
    if (!chip) {
        xg_fail(err, XG_E_DEVICE, "no host memory for a FTDI chip");
        return NULL;
    }
    if (ftdi_set_interface(chip, INTERFACE_A) == 0 && ftdi_usb_open_dev(chip, o->device) == 0)
        return chip;
    chip_failed(err, chip, "opening it");
    ftdi_free(chip);
    return NULL;
}

static bool read_eeprom(struct ftdi_context *chip, struct xg_usb_eeprom *out, struct xg_error *err)
{
    unsigned char image[256];
    int type = 0;
    if (ftdi_read_eeprom(chip) < 0)
        return chip_failed(err, chip, "reading its EEPROM");
    ftdi_get_eeprom_buf(chip, image, (int)sizeof image);
    *out = (struct xg_usb_eeprom){.blank = true};
    for (size_t i = 0; i < sizeof image; i++)
        out->blank = out->blank && image[i] == 0xFF;
    if (out->blank)
        return true;
    if (ftdi_eeprom_decode(chip, 0) < 0)
        return xg_fail(err, XG_E_DEVICE,
                       "FTDI chip: what its EEPROM holds makes no sense (checksum wrong)");
    ftdi_get_eeprom_value(chip, CHANNEL_A_TYPE, &type);
    out->fifo = type == CHANNEL_IS_FIFO;
    ftdi_eeprom_get_strings(chip, NULL, 0, out->product, (int)sizeof out->product, out->serial,
                            (int)sizeof out->serial);
    return true;
}

bool xg_ftdi_start_fifo(struct ftdi_context *chip, struct xg_error *err)
{
    struct xg_usb_eeprom eeprom;
    if (!read_eeprom(chip, &eeprom, err))
        return false;
    if (!eeprom.fifo)
        return xg_fail(err, XG_E_DEVICE,
                       "the FTDI chip starts as a serial port, not as a FIFO: run `xenogate fpga "
                       "setup` once, then plug the board in again");
    if (ftdi_usb_reset(chip) < 0 || ftdi_set_latency_timer(chip, LATENCY_MS) < 0 ||
        ftdi_set_bitmode(chip, 0xFF, BITMODE_RESET) < 0 || ftdi_tcioflush(chip) < 0 ||
        ftdi_set_bitmode(chip, 0xFF, BITMODE_SYNCFF) < 0 ||
        ftdi_setflowctrl(chip, SIO_RTS_CTS_HS) < 0)
        return chip_failed(err, chip, "switching it to FIFO mode");
    return true;
}

static struct ftdi_context *open_by_serial(const char *serial, struct xg_usb_open *o,
                                           struct xg_error *err)
{
    if (!xg_usb_find(serial, o, err))
        return NULL;
    if (o->board.kind == XG_USB_NATIVE) {
        xg_fail(err, XG_E_INPUT, "this board has no FTDI chip: there is nothing to set up");
        xg_usb_close(o);
        return NULL;
    }
    struct ftdi_context *chip = xg_ftdi_open(o, err);
    if (!chip)
        xg_usb_close(o);
    return chip;
}

static void finish(struct ftdi_context *chip, struct xg_usb_open *o)
{
    ftdi_usb_close(chip);
    ftdi_free(chip);
    xg_usb_close(o);
}

bool xg_usb_eeprom_read(const char *serial, struct xg_usb_eeprom *out, struct xg_error *err)
{
    struct xg_usb_open o;
    struct ftdi_context *chip = open_by_serial(serial, &o, err);
    if (!chip)
        return false;
    bool good = read_eeprom(chip, out, err);
    finish(chip, &o);
    return good;
}

static bool write_fifo(struct ftdi_context *chip, struct xg_error *err)
{
    struct xg_usb_eeprom now;
    if (!read_eeprom(chip, &now, err))
        return false;
    if (now.blank && ftdi_eeprom_initdefaults(chip, "Xenogate", "Xenogate FIFO", "XG000001") < 0)
        return chip_failed(err, chip, "making an EEPROM image");
    if (ftdi_set_eeprom_value(chip, CHANNEL_A_TYPE, CHANNEL_IS_FIFO) < 0 ||
        ftdi_eeprom_build(chip) < 0)
        return chip_failed(err, chip, "making an EEPROM image");
    if (ftdi_write_eeprom(chip) < 0)
        return chip_failed(err, chip, "writing its EEPROM");
    if (!read_eeprom(chip, &now, err))
        return false;
    return now.fifo || xg_fail(err, XG_E_DEVICE,
                               "FTDI chip: the EEPROM does not hold what was written (is there "
                               "one on the module?)");
}

bool xg_usb_eeprom_write_fifo(const char *serial, struct xg_error *err)
{
    struct xg_usb_open o;
    struct ftdi_context *chip = open_by_serial(serial, &o, err);
    if (!chip)
        return false;
    bool good = write_fifo(chip, err);
    finish(chip, &o);
    return good;
}
