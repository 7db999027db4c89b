import gzip
import struct
import zlib

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    generate_uid,
)

from engine.data.radiograph import identifier_of, is_radiograph_name, read_radiograph, read_size
from engine.errors import DataError

LOSSLESS = ("png", "tif", "tiff", "mha", "mhd", "nii", "nii.gz", "dcm")


def write(path, pixels, compressed=False, spacing=None, is_vector=False):
    image = sitk.GetImageFromArray(pixels, isVector=is_vector)
    if spacing is not None:
        image.SetSpacing(spacing)
    sitk.WriteImage(image, str(path), compressed)
    return path


def write_dicom(path, pixels, photometric="MONOCHROME2", bits=None, spacing=None, jpeg=None):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = JPEGBaseline8Bit if jpeg else ExplicitVRLittleEndian
    file = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    file.SOPClassUID = meta.MediaStorageSOPClassUID
    file.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    file.Modality = "CR"
    file.Rows, file.Columns = pixels.shape
    file.SamplesPerPixel, file.PixelRepresentation = 1, 0
    file.PhotometricInterpretation = photometric
    file.BitsAllocated = 8 * pixels.itemsize
    file.BitsStored = bits or file.BitsAllocated
    file.HighBit = file.BitsStored - 1
    if spacing:
        file.ImagerPixelSpacing = list(spacing)
    file.PixelData = encapsulate([jpeg]) if jpeg else pixels.tobytes()
    file.save_as(str(path))
    return path


def png_header_of(width, height):
    """A PNG whose header promises a size; there are no pixels behind it."""

    def chunk(kind, body):
        return (
            struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        )

    header = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_eight_bit_pixels_are_read_as_fractions_of_255(tmp_path, grey, suffix):
    radiograph = read_radiograph(write(tmp_path / f"a.{suffix}", grey))
    assert radiograph.pixels.dtype == np.float32
    assert radiograph.pixels.shape == (60, 40)
    np.testing.assert_allclose(radiograph.pixels, grey / 255, atol=1e-6)
    assert radiograph.path == tmp_path / f"a.{suffix}"
    assert not radiograph.pixels.flags.writeable


@pytest.mark.parametrize("suffix", ["jpg", "jpeg"])
def test_jpeg_is_read_to_within_its_compression(tmp_path, grey, suffix):
    pixels = read_radiograph(write(tmp_path / f"a.{suffix}", grey)).pixels
    assert np.abs(pixels - grey / 255).max() < 0.03


@pytest.mark.parametrize("suffix", ["JPG", "PNG", "TIF", "MHA", "NII.GZ", "DCM"])
def test_suffixes_in_upper_case_are_read(tmp_path, grey, suffix):
    lower = write(tmp_path / f"a.{suffix.lower()}", grey)
    upper = lower.rename(tmp_path / f"a.{suffix}")
    assert read_size(upper) == (40, 60)
    assert np.abs(read_radiograph(upper).pixels - grey / 255).max() < 0.03


@pytest.mark.parametrize("suffix", ["png", "tif", "mha", "nii", "dcm"])
def test_deeper_pixels_fill_the_range_whatever_their_full_scale(tmp_path, grey, suffix):
    twelve_bit = grey.astype(np.uint16) * 16
    pixels = read_radiograph(write(tmp_path / f"a.{suffix}", twelve_bit)).pixels
    assert pixels.min() == 0
    assert pixels.max() == 1
    order = np.argsort(grey.ravel(), kind="stable")
    assert (np.diff(pixels.ravel()[order]) >= 0).all()


def test_a_dead_pixel_does_not_darken_a_deep_radiograph(tmp_path):
    pixels = np.tile(np.arange(1000, 1200, dtype=np.uint16), (200, 1))
    pixels[7, 7] = 65535
    read = read_radiograph(write(tmp_path / "a.png", pixels)).pixels
    assert np.median(read) == pytest.approx(0.5, abs=0.01)


def test_a_deep_radiograph_of_one_grey_is_black(tmp_path):
    flat = np.full((20, 20), 700, dtype=np.uint16)
    assert not read_radiograph(write(tmp_path / "a.png", flat)).pixels.any()


def test_float_pixels_that_are_not_finite_are_refused(tmp_path, grey):
    pixels = grey.astype(np.float32)
    pixels[3, 3] = np.nan
    with pytest.raises(DataError, match=r"a\.mha has pixels that are not finite"):
        read_radiograph(write(tmp_path / "a.mha", pixels))


@pytest.mark.parametrize("suffix", ["png", "tif", "mha"])
def test_colour_becomes_luminance(tmp_path, suffix):
    colour = np.zeros((20, 30, 3), dtype=np.uint8)
    colour[:, :10, 0], colour[:, 10:20, 1], colour[:, 20:, 2] = 255, 255, 255
    pixels = read_radiograph(write(tmp_path / f"a.{suffix}", colour, is_vector=True)).pixels
    np.testing.assert_allclose(pixels[0, [0, 10, 20]], [0.299, 0.587, 0.114], atol=1e-6)


@pytest.mark.parametrize(("dtype", "bits"), [(np.uint8, 8), (np.uint16, 12), (np.uint16, 16)])
def test_monochrome1_is_inverted_once(tmp_path, grey, dtype, bits):
    stored = grey.astype(dtype) * (1 if bits == 8 else 16)
    usual = read_radiograph(write_dicom(tmp_path / "a.dcm", stored, bits=bits))
    inverse = read_radiograph(write_dicom(tmp_path / "b.dcm", stored, "MONOCHROME1", bits))
    assert usual.pixels[0, 0] == 0
    np.testing.assert_allclose(inverse.pixels, 1 - usual.pixels, atol=1e-5)


def test_spacing_is_x_then_y_in_millimetres(tmp_path, grey):
    dicom = write_dicom(tmp_path / "a.dcm", grey, spacing=(0.2, 0.1))
    assert read_radiograph(dicom).spacing == pytest.approx((0.1, 0.2))
    meta = write(tmp_path / "a.mha", grey, spacing=(0.1, 0.2))
    assert read_radiograph(meta).spacing == pytest.approx((0.1, 0.2))


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "mha", "dcm"])
def test_spacing_is_none_where_the_file_states_none(tmp_path, grey, suffix):
    path = tmp_path / f"a.{suffix}"
    written = write_dicom(path, grey) if suffix == "dcm" else write(path, grey)
    assert read_radiograph(written).spacing is None


def test_printing_resolution_is_no_spacing(tmp_path, grey):
    path = write(tmp_path / "a.png", grey, spacing=(0.35, 0.35))
    assert read_radiograph(path).spacing is None


def test_one_slice_of_a_volume_is_a_radiograph(tmp_path, grey):
    path = write(tmp_path / "a.mha", grey[None], spacing=(0.1, 0.2, 3.0))
    radiograph = read_radiograph(path)
    np.testing.assert_allclose(radiograph.pixels, grey / 255, atol=1e-6)
    assert radiograph.spacing == pytest.approx((0.1, 0.2))


def test_more_slices_are_refused(tmp_path, grey):
    path = write(tmp_path / "a.nii", np.stack([grey, grey]))
    with pytest.raises(DataError, match=r"a\.nii has 2 slices, a radiograph has one"):
        read_radiograph(path)


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        (20_001, 500, "20001 x 500 pixels, more than the 20000 on a side"),
        (19_000, 19_000, "19000 x 19000 pixels, more than .* 200 million in all"),
        (15, 500, "15 x 500 pixels, a radiograph has at least 16"),
    ],
)
def test_an_absurd_size_is_refused_from_the_header(tmp_path, width, height, reason):
    path = tmp_path / "a.png"
    path.write_bytes(png_header_of(width, height))
    with pytest.raises(DataError, match=reason):
        read_radiograph(path)
    with pytest.raises(DataError, match=reason):
        read_size(path)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "mha", "nii", "nii.gz", "dcm"])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_truncated_file_is_refused_quietly(tmp_path, capfd, suffix, share, compressed):
    noise = np.random.default_rng(1).integers(0, 255, (90, 70), dtype=np.uint8)
    path = write(tmp_path / f"broken.{suffix}", noise, compressed)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(DataError, match=r"broken\.") as caught:
        read_radiograph(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(DataError):
        read_size(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "mha", "nii", "nii.gz", "dcm"])
def test_a_file_that_lacks_its_last_byte_is_refused(tmp_path, grey, suffix):
    path = write(tmp_path / f"broken.{suffix}", grey)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"broken\."):
        read_radiograph(path)


def test_a_jpeg_padded_with_zeros_in_place_of_its_end_is_refused(tmp_path, grey):
    path = write(tmp_path / "sparse.jpg", grey)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2].ljust(len(whole), b"\0"))
    with pytest.raises(DataError, match=r"sparse\.jpg is truncated"):
        read_radiograph(path)


@pytest.mark.parametrize("damage", [b"\xff\x3c", b"\xff\xf4"])
def test_a_jpeg_whose_middle_holds_a_marker_that_no_jpeg_has_is_refused_quietly(
    tmp_path, capfd, damage
):
    noise = np.random.default_rng(2).integers(0, 255, (90, 70), dtype=np.uint8)
    path = write(tmp_path / "scratched.jpg", noise)
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + damage * 100 + whole[middle + 200 :])
    with pytest.raises(DataError, match=r"scratched\.jpg is truncated or damaged"):
        read_radiograph(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("quality", [30, 75, 100])
@pytest.mark.parametrize("layout", [{}, {"progressive": True}, {"restart_marker_blocks": 3}])
def test_a_jpeg_is_whole_however_it_was_encoded(tmp_path, quality, layout):
    noise = np.random.default_rng(quality).integers(0, 255, (90, 70), dtype=np.uint8)
    path = tmp_path / "a.jpg"
    Image.fromarray(noise).save(path, quality=quality, **layout)
    with Image.open(path) as picture:
        expected = np.asarray(picture) / 255
    np.testing.assert_allclose(read_radiograph(path).pixels, expected, atol=1.5 / 255)


def test_the_end_of_an_embedded_thumbnail_is_not_taken_for_the_end_of_a_jpeg(tmp_path, grey):
    path = write(tmp_path / "a.jpg", grey)
    whole = path.read_bytes()
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(whole)) + whole
    with_thumbnail = whole[:2] + segment + whole[2:]
    path.write_bytes(with_thumbnail + b"\0" * 10)
    assert read_size(path) == (40, 60)
    path.write_bytes(with_thumbnail[:-40])
    with pytest.raises(DataError, match="truncated"):
        read_size(path)


def test_big_tiff_is_read_and_its_truncation_seen(tmp_path, grey):
    tifffile = pytest.importorskip("tifffile")
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, grey, bigtiff=True, rowsperstrip=7, byteorder=">")
    np.testing.assert_allclose(read_radiograph(path).pixels, grey / 255, atol=1e-6)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(DataError, match="truncated"):
        read_radiograph(path)


def test_a_meta_image_lacks_its_data_file(tmp_path, grey):
    header = write(tmp_path / "a.mhd", grey)
    data = tmp_path / "a.raw"
    data.write_bytes(data.read_bytes()[:-5])
    with pytest.raises(DataError, match=r"a\.mhd is truncated"):
        read_radiograph(header)
    data.unlink()
    with pytest.raises(DataError, match=r"a\.mhd cannot be read: No such file"):
        read_radiograph(header)


def test_nifti_2_is_measured_by_its_own_header(tmp_path):
    header = bytearray(544)
    struct.pack_into("<l", header, 0, 540)
    header[4:12] = b"n+2\0\r\n\x1a\n"
    struct.pack_into("<hh", header, 12, 2, 8)
    struct.pack_into("<8q", header, 16, 2, 20, 30, 1, 1, 1, 1, 1)
    struct.pack_into("<8d", header, 104, *[1.0] * 8)
    struct.pack_into("<q", header, 168, 544)
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(bytes(header) + bytes(599)))
    with pytest.raises(DataError, match="truncated"):
        read_size(path)


def test_a_truncated_jpeg_within_dicom_is_refused(tmp_path, grey):
    jpeg = write(tmp_path / "a.jpg", grey).read_bytes()
    assert read_size(write_dicom(tmp_path / "a.dcm", grey, jpeg=jpeg)) == (40, 60)
    broken = write_dicom(tmp_path / "broken.dcm", grey, jpeg=jpeg[: len(jpeg) // 2])
    with pytest.raises(DataError, match=r"broken\.dcm cannot be read as an image"):
        read_radiograph(broken)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "mha", "nii", "nii.gz", "dcm"])
@pytest.mark.parametrize("content", [b"", b"this is no image"])
def test_what_is_no_image_is_refused_quietly(tmp_path, capfd, suffix, content):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"a\.{suffix} (cannot be read|is truncated)") as caught:
        read_radiograph(path)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_other_formats_and_missing_files_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"a\.bmp is not a radiograph: its name must end in \.jpg"):
        read_radiograph(tmp_path / "a.bmp")
    with pytest.raises(DataError, match=r"a\.png cannot be read: No such file"):
        read_radiograph(tmp_path / "a.png")


def test_identifiers_are_names_without_the_suffix():
    assert identifier_of("007.NII.GZ") == "007"
    assert identifier_of("a.b.jpeg") == "a.b"
    assert is_radiograph_name("1.2.840.dcm")
    assert not is_radiograph_name(".hidden.png")
    assert not is_radiograph_name("notes.txt")


def test_the_published_radiograph_as_meta_image_has_its_spacing(shared):
    path = shared / "dha-original" / "7081.mha"
    if not path.is_file():
        pytest.skip("the published MetaImage (../shared/dha-original/7081.mha) is not here")
    radiograph = read_radiograph(path)
    assert radiograph.pixels.shape == (1913, 1216)
    assert radiograph.spacing == pytest.approx((0.147323, 0.147323))
    assert 0.05 < radiograph.pixels.mean() < 0.95
